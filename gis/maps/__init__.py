"""DRAW: tables and a style become a folium map and vector tiles. No Flask."""
