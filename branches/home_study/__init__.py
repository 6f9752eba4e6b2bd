"""Study brought home: ordered (orders), packed and brought (packing, delivering), its slip
(slips) posted to the ledger (evidence).  `reading` holds the doors.
"""
