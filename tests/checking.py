"""The type checker that the tests switch on: beartype, with whole numbers accepted where floats are meant."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
