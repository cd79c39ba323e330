  if (widths.size() < 2) throw std::invalid_argument("too few widths");
  Layers layers;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (i > 1) layers.push_back(std::make_shared<Relu>());
    layers.push_back(std::make_shared<Dense>(widths[i], widths[i - 1]));
  }
  return layers;
