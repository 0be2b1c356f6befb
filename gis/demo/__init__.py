"""
The sample county: everything inside it is invented and marked 示例; only the outline and the township names are real.

Like a workflow it stands above model, layers, crs, rules and store; nothing below imports it.
"""
