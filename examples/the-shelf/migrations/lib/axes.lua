-- The seven axes of a rating.
return { "pace", "emotional_impact", "complexity", "character_development", "plot_quality", "prose_style", "originality" }
