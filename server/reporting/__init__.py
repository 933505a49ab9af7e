"""Reports of ended meetings: made of the words at once, then written by a language model if there is one."""
