print("CastVote")
