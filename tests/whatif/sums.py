"""Sums by hand that several tests of what-ifs start from."""

#: Transfers of 2019, from 3.17 million and a growth of 10.5 percent: 2,868,778.28;
#: and those added since: 301,221.72.
BASE = 3_170_000 / 1.105
STEP = 3_170_000 - BASE
#: At risk in 2021: 1.6 million and those added;
#: in all: with 350,000 former detainees, our number.
IN_2021 = 1_600_000 + STEP
IN_ALL = IN_2021 + 350_000
