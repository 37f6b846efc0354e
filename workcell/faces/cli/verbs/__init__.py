"""One module for each verb or group of verbs that belong together."""
