"""Hand arithmetic: trade, by product, partner and prefecture.

Printed, in percent, to a tenth unless said otherwise: in 2021 trade grew 5.8 (5.75 to
5.85), labour-intensive products were 51.4 of exports (51.35 to 51.45) and grew 31 (30.5
to 31.5); in early 2022 exports grew 45.4 (45.35 to 45.45), and 63.4 (63.35 to 63.45)
stands for a growth of their share, the share, or a growth of their value.
2021, by partner: United States down 61.3 (61.25 to 61.35) to 372 million dollars (371.5
to 372.5), European Union up 13.6 (13.55 to 13.65) to 1.24 billion (1.235 to 1.245),
Vietnam up 108.9 (108.85 to 108.95) to 408 million (407.5 to 408.5).
Early 2022: all trade 33.7 (33.65 to 33.75), Kashgar 105.7 (105.65 to 105.75), Hotan
273.6 (273.55 to 273.65), Kizilsu 273.7 (273.65 to 273.75), Aksu 99 (98.5 to 99.5).
Set: exports of 2021 grew as trade did, the share of early 2021 was that of the year, a
dollar bought as many yuan in both years, trade outside the four prefectures stood
still.
"""

import pytest

from tests.backtests.by_hand import compare

CASES = {
    # 63.4 - 45.4 = 18.0 and 63.4 - 31 = 32.4, each above 0.
    "products_outpace_exports": (0.18, 0.179, 0.181, "matches"),
    "products_grow_faster": (0.324, 0.3185, 0.3295, "matches"),
    # 99 - 33.7 = 65.3; 98.5 to 99.5 less 33.75 and 33.65, above 0.
    "south_grows_faster": (0.653, 0.6475, 0.6585, "matches"),
    # Exports of 2020 are those of 2021 / 1.058, the products in them 0.514 of those of
    # 2021 / 1.31. 0.4151, 0.4129, 0.4173
    "share_2020": (
        0.514 * 1.058 / 1.31,
        0.5135 * 1.0575 / 1.315,
        0.5145 * 1.0585 / 1.305,
    ),
    # 0.8399, 0.8388, 0.8410
    "share_2022_share_growth": (0.514 * 1.634, 0.5135 * 1.6335, 0.5145 * 1.6345),
    # No base share comes in.
    "share_2022_share": (0.634, 0.6335, 0.6345),
    # The products grew by 1.634, what they are a part of by 1.454, which lowers the
    # share. 0.5776, 0.5767, 0.5786
    "share_2022_value_growth": (
        0.514 * 1.634 / 1.454,
        0.5135 * 1.6335 / 1.4545,
        0.5145 * 1.6345 / 1.4535,
    ),
    # 1 - 0.613 = 0.387 is left. The larger the decline, the larger what it declined
    # from: low with 1 - 0.6125. 961.2 million, 958.7 million, 963.8 million
    "us_2020": (372e6 / 0.387, 371.5e6 / 0.3875, 372.5e6 / 0.3865),
    # The larger the growth, the smaller what it grew from. 1,091.5 million
    "eu_2020": (1_240e6 / 1.136, 1_235e6 / 1.1365, 1_245e6 / 1.1355),
    # 195.3 million, 195.0 million, 195.6 million
    "vietnam_2020": (408e6 / 2.089, 407.5e6 / 2.0895, 408.5e6 / 2.0885),
    # share x 0.99 + (1 - share) x 0 = 0.337; Aksu is the slowest, by more than its
    # rounding. Lowest with all trade slow and Aksu fast. 0.3404, 0.3382, 0.3426
    "south_share_2021_slowest": (0.337 / 0.99, 0.3365 / 0.995, 0.3375 / 0.985),
    # 1.057 + 2.736 + 2.737 + 0.99 = 7.52, a mean of 1.88. Three of them move by 0.0005
    # and Aksu by 0.005: 7.52 - 0.0065 to 7.52 + 0.0065. 0.1793, 0.1788, 0.1797
    "south_share_2021_equal": (
        0.337 / 1.88,
        0.3365 / (7.5265 / 4),
        0.3375 / (7.5135 / 4),
    ),
    # Kizilsu is the fastest. At its slowest, 2.7365, Hotan at its fastest draws level
    # and does not pass it: 2.7365 to 2.7375. 0.1231, 0.1229, 0.1233
    "south_share_2021_fastest": (
        0.337 / 2.737,
        0.3365 / 2.7375,
        0.3375 / 2.7365,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(article, name):
    compare(article, name, CASES[name])
