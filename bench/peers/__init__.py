"""The servers that fanout measures: ours, and peers as their own documentation shows them."""
