  return (in + 1) * out;
