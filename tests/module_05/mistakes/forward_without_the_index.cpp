  Matrix y = x;
  for (const auto& layer : layers) y = layer->forward(y);
  return y;
