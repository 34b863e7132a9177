using System.Diagnostics;
using System.Globalization;
using Inference.Benchmarks.Serving;

namespace Inference.Benchmarks.Thresholds;

/// <summary>How many times as fast the choice above a threshold is as the one below it, for sizes around the threshold.</summary>
internal sealed class ThresholdMeasurement
{
    private const double Turn = 500e-6;
    private readonly ThresholdCase _case;
    private readonly long[] _sizes;
    private readonly double[] _ratios;

    private ThresholdMeasurement(ThresholdCase @case, long[] sizes, double[] ratios)
    {
        _case = @case;
        _sizes = sizes;
        _ratios = ratios;
    }

    /// <param name="case">What to measure.</param>
    /// <param name="seconds">For each size, both choices together.</param>
    public static ThresholdMeasurement Of(ThresholdCase @case, double seconds)
    {
        long[] sizes = @case.Sizes();
        return new(@case, sizes, [.. sizes.Select(size => Ratio(@case, size, seconds))]);
    }

    /// <summary>The row of the report: ratios are the time of the choice below, divided by that of the choice above.</summary>
    public string Row() => string.Create(CultureInfo.InvariantCulture, $"| {_case.Name} | {_case.Value} {_case.Unit} | {Crossover()} | {At(_case.Value / 2)} | {At(_case.Value * 2)} |");

    private string At(long size) => Array.IndexOf(_sizes, size) is >= 0 and int i ? _ratios[i].ToString("F2", CultureInfo.InvariantCulture) : "–";

    // Where the choice above is the faster one from there on; between two sizes, where the line between their logarithms crosses 1.
    private string Crossover()
    {
        int first = _ratios.Length;
        while (first > 0 && _ratios[first - 1] >= 1)
        {
            first--;
        }

        if (first == 0)
        {
            return $"below {_sizes[0]}";
        }

        if (first == _ratios.Length)
        {
            return $"above {_sizes[^1]}";
        }

        double share = -Math.Log(_ratios[first - 1]) / Math.Log(_ratios[first] / _ratios[first - 1]);
        return (_sizes[first - 1] * Math.Pow((double)_sizes[first] / _sizes[first - 1], share)).ToString("F0", CultureInfo.InvariantCulture);
    }

    private static double Ratio(ThresholdCase @case, long size, double seconds)
    {
        using Choice choice = @case.Work(size);
        int below = Calls(choice.Below);
        int above = Calls(choice.Above);
        var times = (Below: new List<double>(), Above: new List<double>());
        long start = Stopwatch.GetTimestamp();
        do
        {
            times.Below.Add(Time(choice.Below, below));
            times.Above.Add(Time(choice.Above, above));
        }
        while (times.Above.Count < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return ClosedLoop.Median(times.Below) / ClosedLoop.Median(times.Above);
    }

    // Calls that fill a turn; the first ones compile.
    private static int Calls(Action action)
    {
        int calls = 1;
        while (Time(action, calls) * calls < Turn)
        {
            calls *= 2;
        }

        return calls;
    }

    // Seconds of a call. A quarter of the calls is not timed: it brings memory into the caches, and wakes a worker that fell asleep during the other choice's turn.
    private static double Time(Action action, int calls)
    {
        for (int i = 0; i <= calls / 4; i++)
        {
            action();
        }

        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            action();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
