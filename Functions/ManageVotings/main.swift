print("ManageVotings")
