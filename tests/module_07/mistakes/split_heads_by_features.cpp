  for (int h = 0; h < heads; ++h) {
    for (int t = 0; t < tokens; ++t) {
      for (int l = 0; l < width; ++l) y[(h * tokens + t) * width + l] = x[(t * width + l) * heads + h];
    }
  }
