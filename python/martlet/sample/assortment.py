"""What the shop sells and what people search for: words and prices, no logic."""

from __future__ import annotations

# category: median price in euro, what is sold, what people search for
CATEGORIES: dict[str, tuple[float, tuple[str, ...], tuple[str, ...]]] = {
    "Coffee & Tea": (
        12,
        ("Espresso Beans", "Green Tea", "Tea Pot", "Milk Frother"),
        ("espresso", "green tea", "绿茶"),
    ),
    "Beauty": (
        16,
        ("Face Cream", "Hand Balm", "Shampoo Bar", "Perfume Oil"),
        ("face cream", "shampoo", "面霜"),
    ),
    "Pets": (
        14,
        ("Dog Lead", "Cat Tree", "Pet Bowl", "Treat Box"),
        ("cat tree", "dog lead", "hundeleine"),
    ),
    "Fashion": (
        32,
        ("Linen Shirt", "Wool Scarf", "Rain Jacket", "Cotton Socks"),
        ("linen shirt", "rain jacket", "schal"),
    ),
    "Shoes": (
        58,
        ("Running Shoes", "Leather Boots", "Canvas Sneakers", "House Slippers"),
        ("sneakers", "boots", "跑鞋"),
    ),
    "Home & Living": (
        28,
        ("Cushion", "Throw Blanket", "Table Lamp", "Storage Basket"),
        ("lamp", "blanket", "kissen"),
    ),
    "Kitchen": (
        24,
        ("Chef Knife", "Cast Iron Pan", "Cutting Board", "Lunch Box"),
        ("pan", "knife", "饭盒"),
    ),
    "Garden": (
        22,
        ("Plant Pot", "Watering Can", "Bird Feeder", "Solar Light"),
        ("plant pot", "solar light", "giesskanne"),
    ),
    "Toys": (
        19,
        ("Wooden Train", "Puzzle", "Building Blocks", "Plush Bear"),
        ("puzzle", "blocks", "积木"),
    ),
    "Sports": (
        34,
        ("Yoga Mat", "Water Bottle", "Resistance Band", "Trail Pack"),
        ("yoga mat", "bottle", "瑜伽垫"),
    ),
    "Books": (
        15,
        ("Travel Guide", "Cookbook", "Crime Novel", "Picture Book"),
        ("cookbook", "crime novel", "reiseführer"),
    ),
    "Electronics": (
        75,
        ("Headphones", "Desk Charger", "Smart Speaker", "Action Camera"),
        ("headphones", "charger", "耳机"),
    ),
}
CATEGORY_NAMES = tuple(CATEGORIES)
STYLES = ("Classic", "Nordic", "Everyday", "Compact", "Deluxe")
BRANDS = (
    "Alderwick", "Brisana", "Corvino", "Dunmere", "Elvana", "Fjordline", "Galena",
    "Hollowell", "Isarkind", "Kestrel & Co", "Lumora", "Mirelle", "Northfold", "Ostrava",
    "Pinecrest", "Quillon", "Rosmarin", "Tidewater",
)  # fmt: skip

# What people search for; the last ones find nothing.
SEARCHES = tuple(term for _, _, terms in CATEGORIES.values() for term in terms)
VAIN_SEARCHES = ("gift card", "bicycle", "sofa", "手表", "rasenmäher")
TERMS_PER_CATEGORY = 3
