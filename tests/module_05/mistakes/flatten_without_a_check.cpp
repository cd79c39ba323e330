  return {.rows = images.count, .columns = images.channels * images.height * images.width, .values = images.values};
