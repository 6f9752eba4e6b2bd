// What stands beside the class on a learner's page: captions, polls, a kind word to who is muted.
import "./class-captions.js";
import "./class-muted.js";
import "./class-poll.js";
