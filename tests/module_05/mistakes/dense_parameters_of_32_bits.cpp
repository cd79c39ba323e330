  const unsigned weights = static_cast<unsigned>(in) * static_cast<unsigned>(out);
  return weights + (bias ? out : 0);
