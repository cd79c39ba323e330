  const long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
  y[i] = a * x[i] + y[i];
