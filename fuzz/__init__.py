"""Long runs against the readers: as many inputs as there is time for, outside of the tests.

``.venv/bin/python -m fuzz --minutes 60`` tries everything in turn and prints how many inputs were tried;
``--only query`` tries one target. It ends with status 1 and the smallest input found when a reader does anything but
read or refuse. The tests run each target for a few hundred inputs.
"""
