"""Where the steps of a run are carried out: in this process, in several, or on a Spark cluster.

An engine moves work and events about, and knows nothing of what they are.
"""
