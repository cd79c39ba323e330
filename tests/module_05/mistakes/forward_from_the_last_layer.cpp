  Matrix y = x;
  for (std::size_t i = layers.size(); i-- > 0;) y = layers[i]->forward(y);
  return y;
