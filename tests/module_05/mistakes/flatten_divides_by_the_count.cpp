  return {.rows = images.count, .columns = images.values.size() / images.count, .values = images.values};
