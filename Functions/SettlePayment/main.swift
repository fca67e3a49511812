print("SettlePayment")
