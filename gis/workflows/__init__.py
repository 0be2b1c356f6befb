"""One verb a file: (store, actor, …) -> result. The only place where import, store, analysis and drawing meet."""
