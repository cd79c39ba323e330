  for (int t = 0; t < tokens; ++t) {
    for (int h = 0; h < heads; ++h) {
      for (int l = 0; l < width; ++l) y[(t * heads + h) * width + l] = x[(t * heads + h) * width + l];
    }
  }
