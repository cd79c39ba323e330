  const Floats normalized = parts.attention_norm(x);
  Floats h = parts.attention(normalized);
  for (std::size_t i = 0; i < x.size(); ++i) h[i] += normalized[i];
  Floats y = parts.feed_forward(parts.feed_forward_norm(h));
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += h[i];
  return y;
