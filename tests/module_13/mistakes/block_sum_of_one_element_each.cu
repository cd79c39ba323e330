  __shared__ double partial[kThreads];
  const int t = static_cast<int>(threadIdx.x);
  double sum = 0;
  if (t < n) sum = x[t];
  partial[t] = sum;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride) partial[t] += partial[t + stride];
    __syncthreads();
  }
  if (t == 0) *result = static_cast<float>(partial[0]);
