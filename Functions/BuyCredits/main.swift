print("BuyCredits")
