"""The front: answer calls by requests to the REST of another site, which keeps the data.

`answerer.py` implements `gateway.methods.answerer.Answerer`. Nothing here knows a single method, but for the table in
`special_methods.py`: a call becomes requests by the routes and parameters that its method declares, and the JSON of the
site becomes values by the type of its result.
"""
