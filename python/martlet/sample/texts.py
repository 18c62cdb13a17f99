"""Words for reviews and messages to customer service, in English and Chinese.

Whole texts are put together from parts, so that few words make many texts.
"""

from __future__ import annotations

# mood: English and Chinese openings, then what they go on with
REVIEWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "good": (
        (
            "Exactly what I was looking for.",
            "Very happy with it.",
            "Great quality for the price.",
            "Lovely, and it came quickly.",
            "I would buy it again.",
            "Better than it looks in the picture.",
        ),
        (
            "正是我想要的。",
            "非常满意。",
            "质量很好,价格也合适。",
            "很喜欢,送货也快。",
            "会再买一次。",
            "比图片上还好看。",
        ),
    ),
    "middling": (
        (
            "It is all right.",
            "Does its job, no more.",
            "Good, but a little expensive.",
            "The colour is not quite as shown.",
            "Delivery took its time.",
        ),
        (
            "还可以。",
            "够用,没有惊喜。",
            "不错,就是有点贵。",
            "颜色和图片不太一样。",
            "送货有点慢。",
        ),
    ),
    "bad": (
        (
            "Broke after a week.",
            "Not worth the money.",
            "It arrived damaged.",
            "Much smaller than described.",
            "I sent it back.",
        ),
        (
            "用了一周就坏了。",
            "不值这个价。",
            "收到时已经损坏。",
            "比描述的小很多。",
            "已经退货了。",
        ),
    ),
}
REVIEW_ENDINGS = (
    (
        "",
        " The packaging was fine.",
        " My family uses it every day.",
        " Customer service was kind.",
    ),
    ("", "包装没问题。", "家里每天都在用。", "客服态度不错。"),
)

# intent: English and Chinese ways to say it
INTENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "track_order": (
        (
            "where is my parcel?",
            "the tracking has not moved for days.",
            "when will my order arrive?",
            "has my order been sent yet?",
        ),
        (
            "我的包裹到哪里了?",
            "物流好几天没有更新了。",
            "我的订单什么时候到?",
            "请问发货了吗?",
        ),
    ),
    "refund": (
        (
            "I still wait for my refund.",
            "when do I get my money back?",
            "the refund is less than I paid.",
            "please refund the item I sent back.",
        ),
        (
            "退款还没有到账。",
            "什么时候能退钱?",
            "退的钱比我付的少。",
            "请把退货的钱退给我。",
        ),
    ),
    "cancel_order": (
        (
            "please cancel my order.",
            "I ordered twice by mistake, cancel one.",
            "can I still call off the order?",
            "I no longer need it, please cancel.",
        ),
        (
            "请取消我的订单。",
            "我不小心下了两次单,请取消一个。",
            "现在还能取消订单吗?",
            "不需要了,请取消。",
        ),
    ),
    "change_address": (
        (
            "I moved, please change the delivery address.",
            "the address of my order is wrong.",
            "can it be delivered to my office instead?",
            "I forgot the flat number in the address.",
        ),
        (
            "我搬家了,请改一下收货地址。",
            "订单的地址写错了。",
            "可以送到我公司吗?",
            "地址里忘了写门牌号。",
        ),
    ),
    "payment_issue": (
        (
            "my card was charged twice.",
            "the payment does not go through.",
            "I paid but got no confirmation.",
            "can I pay by invoice?",
        ),
        (
            "我的卡被扣了两次款。",
            "付款一直失败。",
            "付了钱但没收到确认。",
            "可以开发票付款吗?",
        ),
    ),
    "complaint": (
        (
            "this is the second time something is missing.",
            "I am very disappointed with your service.",
            "nobody answers my messages.",
            "the courier left the box in the rain.",
        ),
        (
            "这已经是第二次少东西了。",
            "对你们的服务非常失望。",
            "没有人回复我的消息。",
            "快递把箱子放在雨里了。",
        ),
    ),
    "product_question": (
        (
            "which size should I take?",
            "is this suitable for children?",
            "what is it made of?",
            "does it come with a charger?",
        ),
        ("我应该选什么尺码?", "这个适合孩子用吗?", "是什么材质的?", "带充电器吗?"),
    ),
    "return_item": (
        (
            "I would like to send this back.",
            "how do I print the return label?",
            "until when can I return it?",
            "it does not fit, can I return it?",
        ),
        ("我想退货。", "怎么打印退货单?", "多久之内可以退?", "不合适,可以退吗?"),
    ),
    "damaged_item": (
        (
            "the item arrived broken.",
            "there is a crack in it.",
            "the box was open and a part is missing.",
            "it stopped working after two days.",
        ),
        (
            "收到的东西是坏的。",
            "上面有一道裂缝。",
            "盒子是开着的,少了一个零件。",
            "用了两天就不能用了。",
        ),
    ),
    "coupon_question": (
        (
            "my coupon code is not accepted.",
            "can I use two coupons together?",
            "the discount was not taken off.",
            "is the coupon still valid?",
        ),
        (
            "我的优惠码用不了。",
            "可以同时用两张优惠券吗?",
            "折扣没有减掉。",
            "优惠券还有效吗?",
        ),
    ),
    "account_login": (
        (
            "I cannot log in any more.",
            "the password mail does not come.",
            "how do I close my account?",
            "my account shows somebody else's orders.",
        ),
        (
            "我登录不了了。",
            "收不到重设密码的邮件。",
            "怎么注销账号?",
            "我的账号里有别人的订单。",
        ),
    ),
    "back_in_stock": (
        (
            "when is it back in stock?",
            "can you tell me when it can be ordered again?",
            "it says sold out, will you get more?",
            "is it gone for good?",
        ),
        (
            "什么时候补货?",
            "可以订的时候能通知我吗?",
            "显示卖完了,还会有吗?",
            "以后都没有了吗?",
        ),
    ),
}
GREETINGS = (
    ("Hello, ", "Hi there, ", "Good morning, ", "", "Dear team, "),
    ("你好,", "您好,", "", "客服你好,", "在吗?"),
)
CLOSINGS = (
    ("", " Thank you!", " Please help.", " Kind regards"),
    ("", "谢谢!", "请帮忙处理。", "麻烦了。"),
)


def by_language(parts: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]) -> list[str]:
    """Lay the texts of ``parts`` out flat, by part, then language, then choice."""
    return [
        text for languages in parts.values() for texts in languages for text in texts
    ]
