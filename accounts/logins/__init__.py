"""Ways into a login and how long they last: codes, cards, class links, WeChat, DingTalk."""
