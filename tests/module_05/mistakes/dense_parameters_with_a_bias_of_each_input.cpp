  return in * out + (bias ? in : 0);
