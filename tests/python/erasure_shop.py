"""A shop with people to forget: merged accounts, guests, shared devices and numbers.

Anna has two accounts with one e-mail address, and ordered as a guest by that address and
by her number. She shares a device with Ben, whom she referred, and a number with Cem and
Dora: these stay whole when she goes. Every row of hers says so in its text.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from martlet.erasure.forgetting import Forgotten, forget
from martlet.erasure.planning import Plan, Store, plan_erasure
from martlet.loading.bringing import Destination
from martlet.loading.load import LoadOptions, load_table
from martlet.loading.report import LoadReport
from martlet.privacy.sealing import Sealer
from martlet.settings import Settings
from support import CONTRACT, PROJECT_DIR, Shop

KEY = "a key of this test that is long enough to be one"
SEALER = Sealer(KEY)
LOADED_AT = datetime(2026, 6, 1)
ERASED_AT = datetime(2026, 6, 2)

EMAIL, PHONE = "Anna.Adler+shop@gmail.com", "030 12345671"
ACCOUNTS = ("k-1000001", "k-1000002")
ORDERS = ("o-10000001", "o-10000002", "o-10000003", "o-10000004")
DEVICE = "v-anna-00001"

_ANNA = re.compile(
    "|".join(map(re.escape, (EMAIL, PHONE, *ACCOUNTS, *ORDERS, DEVICE, "Anna"))),
    re.IGNORECASE,
)

TABLES = {
    "products": """
product_id,product_name,category,brand,price,unit_cost,currency
tea,Green tea,Drinks,Leaf,4.00,1.00,EUR
cup,A cup,Kitchen,Clay,9.00,3.00,EUR
""",
    "customers": """
customer_id,email,phone,first_name,last_name,country,registered_at,referred_by_customer_id
k-1000001,Anna.Adler+shop@gmail.com,030 12345671,Anna,Adler,DE,2026-01-01 08:00:00,
k-1000002,anna.adler+shop@GMAIL.com,030 99999999,Anna,Adler,DE,2026-01-20 08:00:00,
k-2000001,ben@example.org,030 22222229,Ben,Busch,DE,2026-01-02 08:00:00,k-1000001
k-3000001,cem@example.org,030 99999999,Cem,Can,DE,2026-01-03 08:00:00,k-2000001
k-3000002,dora@example.org,030 99999999,Dora,Dorn,DE,2026-01-04 08:00:00,
k-4000001,eve@example.org,030 44444449,Eve,Eder,DE,2026-01-05 08:00:00,
""",
    "orders": """
order_id,customer_id,visitor_id,email,phone,ordered_at,status,currency,coupon_code,is_test
o-10000001,k-1000001,v-anna-00001,Anna.Adler+shop@gmail.com,,2026-02-01,completed,EUR,ANNA5,
o-10000002,,,anna.adler+shop@gmail.com,,2026-02-10 10:00:00,completed,EUR,,false
o-10000003,,,,030 12345671,2026-03-01 10:00:00,completed,EUR,,false
o-10000004,k-1000002,,,,2026-03-02 10:00:00,completed,EUR,,true
o-20000001,k-2000001,v-shared-001,ben@example.org,,2026-02-03 10:00:00,completed,EUR,,false
o-30000001,k-3000001,,,030 99999999,2026-02-04 10:00:00,completed,EUR,,false
o-30000002,k-3000002,,dora@example.org,,2026-03-04 10:00:00,completed,EUR,,false
o-40000001,k-4000001,,,,2026-04-04 10:00:00,completed,EUR,,false
""",
    "order_items": """
order_id,line_number,product_id,quantity,unit_price
o-10000001,1,tea,2,4.00
o-10000001,2,cup,1,9.00
o-10000002,1,tea,1,4.00
o-10000003,1,cup,3,9.00
o-10000004,1,cup,1,9.00
o-20000001,1,tea,5,4.00
o-30000001,1,cup,1,9.00
o-30000002,1,tea,1,4.00
o-40000001,1,tea,1,4.00
""",
    "returns": """
return_id,order_id,line_number,product_id,quantity,refund_amount,returned_at
r-90000001,o-10000001,2,cup,1,9.00,2026-02-20 10:00:00
r-90000002,o-20000001,1,tea,1,4.00,2026-02-20 10:00:00
""",
    "events": """
event_id,visitor_id,customer_id,event_at,event_name,page_url,product_id,order_id
e-90000001,v-anna-00001,,2026-01-31 10:00:00,page_view,https://shop.example/,,
e-90000002,v-anna-00001,k-1000001,2026-02-01 09:59:00,view_item,https://shop.example/tea,tea,
e-90000003,v-anna-00001,,2026-02-01 10:00:00,purchase,https://shop.example/done,,o-10000001
e-90000004,v-shared-001,k-1000001,2026-02-02 10:00:00,page_view,https://shop.example/,,
e-90000005,v-shared-001,k-2000001,2026-02-03 09:00:00,page_view,https://shop.example/,,
e-90000006,v-shared-001,,2026-02-03 10:00:00,purchase,https://shop.example/done,,o-20000001
e-90000007,v-eve-000001,k-4000001,2026-04-04 09:00:00,page_view,https://shop.example/,,
""",
    "campaigns": """
campaign_id,campaign_name,campaign_type,platform,starts_on
spring,Spring,email,mail,2026-02-01
""",
    "campaign_touches": """
touch_id,campaign_id,customer_id,visitor_id,touch_type,touched_at
t-90000001,spring,k-1000002,,sent,2026-02-01 08:00:00
t-90000002,spring,,v-anna-00001,click,2026-02-01 09:00:00
t-90000003,spring,k-2000001,,sent,2026-02-01 08:00:00
""",
    "campaign_assignments": """
campaign_id,customer_id,arm,assigned_at
spring,k-1000001,treatment,2026-02-01 07:00:00
spring,k-2000001,control,2026-02-01 07:00:00
""",
    "consents": """
customer_id,channel,purpose,changed_at,state
k-1000001,email,marketing,2026-01-01 08:00:00,granted
k-2000001,email,marketing,2026-01-02 08:00:00,granted
k-4000001,email,marketing,2026-01-05 08:00:00,denied
""",
    "reviews": """
review_id,order_id,product_id,customer_id,rating,review_text,reviewed_at
w-90000001,o-10000001,tea,,5,Good tea says Anna,2026-02-15 10:00:00
w-90000002,o-20000001,tea,k-2000001,4,Good tea says Ben,2026-02-15 10:00:00
""",
    "support_messages": """
message_id,customer_id,sent_at,message_text
m-90000001,k-1000002,2026-03-15 10:00:00,Where is it asks Anna
m-90000002,k-3000001,2026-03-15 10:00:00,Where is it asks Cem
""",
}
REFUSED_ORDERS = """\
o-10000009,k-1000001,,,,no date,completed,EUR,,false
o-10000008,,,Anna.Adler+shop@gmail.com,,no date,completed,EUR,,false
o-20000009,k-2000001,,,,no date,completed,EUR,,false
"""


def rows_of(table: str, *, without_anna: bool = False) -> str:
    """Give a table as the shop delivers it, or as if Anna had never been."""
    text = TABLES[table].lstrip()
    if table == "orders":
        text += REFUSED_ORDERS
    if not without_anna:
        return text
    if table == "customers":
        text = text.replace(
            ",DE,2026-01-02 08:00:00,k-1000001", ",DE,2026-01-02 08:00:00,"
        )
    return "".join(
        line for line in text.splitlines(keepends=True) if not _ANNA.search(line)
    )


def deliver(
    shop: Shop, table: str, text: str, loaded_at: datetime = LOADED_AT
) -> LoadReport:
    """Load what a shop delivers."""
    source = shop.directory / "delivered" / f"{table}.csv"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text, "utf-8")
    report = load_table(
        table,
        str(source),
        Destination(shop.raw, shop.raw / "quarantine", CONTRACT),
        LoadOptions(
            max_refused=1.0,
            store={
                "store_id": "tea-house",
                "reporting_currency": "EUR",
                "reporting_timezone": "Europe/Berlin",
                "country": "DE",
            },
        ),
        lambda is_new: SEALER,
        loaded_at,
    )
    source.unlink()
    return report


def open_shop(shop: Shop, *, without_anna: bool = False) -> Shop:
    """Load everything the shop has."""
    shop.home.mkdir(parents=True)
    key = shop.home / "martlet.key"
    key.write_text(KEY, "ascii")
    for table in TABLES:
        deliver(shop, table, rows_of(table, without_anna=without_anna))
    return shop


def store_of(shop: Shop, sealer: Sealer = SEALER) -> Store:
    """Give what erasure needs of a shop."""
    return Store(Settings(PROJECT_DIR, shop.home, shop.raw), CONTRACT, sealer)


def plan_of(shop: Shop, *customers: str, keeps_orders: bool = False) -> Plan:
    """Plan to forget somebody."""
    return plan_erasure(store_of(shop), customers, ERASED_AT, keeps_orders=keeps_orders)


def forget_without_rebuild(
    shop: Shop,
    *customers: str,
    keeps_orders: bool = False,
    removals: Path | None = None,
) -> Forgotten:
    """Forget somebody, and leave the warehouse with its ledgers alone."""
    plan = plan_of(shop, *customers, keeps_orders=keeps_orders)
    return forget(store_of(shop), plan, lambda: None, removals)
