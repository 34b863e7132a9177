namespace Inference.Optimization.Calibration;

/// <summary>The calibration statistics of one activation. Their size does not depend on the number of samples.</summary>
internal sealed class TensorStatistics
{
    private double[] _sums = [];
    private float[] _minima = [];
    private float[] _maxima = [];

    public Histogram Histogram { get; } = new();

    /// <summary>The lowest value of each channel.</summary>
    public ReadOnlySpan<float> ChannelMinima => _minima;

    /// <summary>The highest value of each channel.</summary>
    public ReadOnlySpan<float> ChannelMaxima => _maxima;

    /// <summary>The number of values in each channel.</summary>
    public long ChannelCount { get; private set; }

    /// <summary>The mean of a channel.</summary>
    public double ChannelMean(int channel) => _sums[channel] / Math.Max(1, ChannelCount);

    public int Channels => _sums.Length;

    /// <param name="values">A batch of the tensor.</param>
    /// <param name="channelsLast">Whether channels are the last axis; axis 1 otherwise.</param>
    public void Add(TensorValue values, bool channelsLast)
    {
        ReadOnlySpan<float> data = values.AsSpan<float>();
        Histogram.Add(data);
        ReadOnlySpan<long> shape = values.Shape;
        if (shape.Length < 2)
        {
            return;
        }

        int channels = (int)(channelsLast ? shape[^1] : shape[1]);
        int inner = 1;
        for (int i = 2; !channelsLast && i < shape.Length; i++)
        {
            inner *= (int)shape[i];
        }

        if (_sums.Length == 0)
        {
            _sums = new double[channels];
            _minima = [.. Enumerable.Repeat(float.PositiveInfinity, channels)];
            _maxima = [.. Enumerable.Repeat(float.NegativeInfinity, channels)];
        }
        else if (_sums.Length != channels)
        {
            return;
        }

        int channel = 0;
        for (int at = 0; at < data.Length; at += inner)
        {
            double sum = 0;
            float min = _minima[channel];
            float max = _maxima[channel];
            foreach (float value in data.Slice(at, inner))
            {
                sum += value;
                min = Math.Min(min, value);
                max = Math.Max(max, value);
            }

            _sums[channel] += sum;
            _minima[channel] = min;
            _maxima[channel] = max;
            channel = channel + 1 == channels ? 0 : channel + 1;
        }

        ChannelCount += channels == 0 ? 0 : data.Length / channels;
    }
}
