print("ListVotings")
