"""An index page becomes leads: feeds, sitemaps."""
