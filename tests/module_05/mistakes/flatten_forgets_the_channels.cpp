  return {.rows = images.count, .columns = images.height * images.width, .values = images.values};
