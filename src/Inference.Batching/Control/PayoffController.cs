namespace Inference.Batching.Control;

/// <summary>
/// Measures whether batching pays: under load, calls run with and without batching in alternating short windows; the time per row is compared,
/// and the faster mode is kept until the next probe. Within noise that is the mode without batching, which delays no call. Thread-safe.
/// </summary>
/// <remarks>A window extends from completion to completion, so that a batch counts as a whole, and excludes the time in which no call was in flight, so that a pause of the
/// callers is charged to neither mode; gaps of under 2 ms are the callers' turn between two batches, and count. A model whose fixed cost of a run is below what batching adds to a call is decided by that, whatever the windows say.
/// The cost of probing is bounded: the pause after a probe is at least 50 times the time that the slower mode cost in it.</remarks>
internal sealed class PayoffController : IDisposable
{
    // The windows follow the order incumbent, challenger, challenger, incumbent, so that neither a drift of the load nor a busy machine appears as a difference.
    private const int MostPairs = 4;

    // A difference well beyond noise is accepted after the first pair, and a clear one after two pairs that agree: a slow model would take seconds for four.
    private const double Clear = 1.5;
    private const double Plain = 1.15;

    // Batching has to be better by 6 % to be used, and by 3 % to be kept.
    private const double ToUse = 1.06;
    private const double ToKeep = 1.03;

    // Of the time between two probes: the reciprocal of the 50 above.
    private const double LostShare = 0.02;

    // Until batching has proved itself, its batches are kept to about this time, so that probing a slow model does not take seconds.
    private const double LongestTrialRun = 0.1;

    // Fewer rows would not show what batching gains, however slow the model.
    private const int LeastTrialRows = 16;
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly Action<bool, double> _decided;
    private readonly ITimer _timer;
    private readonly double[] _gains = new double[MostPairs];
    private readonly CostEstimate _costs = new();
    private readonly long _frequency;
    private readonly long _shortestGap;
    private volatile bool _direct;
    private volatile bool _bypass;
    private volatile bool _measuring;
    private volatile bool _proved;
    private volatile bool _enabled = true;
    private volatile int _trialRows = int.MaxValue;
    private bool _aside;
    private int _active;
    private int _sample;
    private int _entries;
    private TimeSpan? _bypassFor;
    private long _nextProbe;
    private long _pause;
    private long _shortestRow = long.MaxValue;
    private int _window;
    private int _toSettle;
    private bool _started;
    private long _start;
    private long _idleSince;
    private long _idle;
    private long _idleBefore;
    private long _switchedAt;
    private int _calls;
    private int _completions;
    private long _rows;
    private double _costOfFirst;
    private double _lost;

    /// <param name="clock">The clock.</param>
    /// <param name="decided">Called after each probe, with no lock held: whether calls now bypass batching, and the time per row without batching ÷ with it.</param>
    public PayoffController(TimeProvider clock, Action<bool, double> decided)
    {
        _clock = clock;
        _decided = decided;
        _frequency = clock.TimestampFrequency;
        _shortestGap = _frequency / 500;
        _pause = _frequency;
        _timer = clock.CreateTimer(static state => ((PayoffController)state!)._bypass = false, this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether calls bypass batching and need not be counted, because nothing is being measured.</summary>
    public bool Bypass => _bypass;

    /// <summary>Whether calls bypass batching at the moment, probes included.</summary>
    public bool Direct => _direct;

    /// <summary>Whether batching was found not to pay.</summary>
    public bool SteppedAside => Volatile.Read(ref _aside);

    /// <summary>Counted calls in flight, in both modes.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>The maximum number of rows in a batch until batching has proved itself.</summary>
    public int TrialRows => _trialRows;

    /// <summary>Whether to probe at all; if false, calls are batched.</summary>
    public bool Enabled
    {
        get => _enabled;
        set
        {
            lock (_lock)
            {
                _enabled = value;
                if (!value)
                {
                    Volatile.Write(ref _aside, false);
                    _measuring = false;
                    _direct = false;
                    _bypass = false;
                    _trialRows = int.MaxValue;
                    _nextProbe = 0;
                }
            }
        }
    }

    /// <summary>Records the arrival of a call that is to be counted.</summary>
    public void Enter()
    {
        if (Interlocked.Increment(ref _active) == 1 && _measuring)
        {
            lock (_lock)
            {
                if (_idleSince != 0)
                {
                    long gap = _clock.GetTimestamp() - _idleSince;
                    _idle += gap > _shortestGap ? gap : 0;
                    _idleSince = 0;
                }
            }
        }
    }

    /// <summary>Records calls that completed together, and their total number of rows.</summary>
    public void Exit(bool direct, int calls, int rows)
    {
        int left = Interlocked.Add(ref _active, -calls);
        if (_measuring)
        {
            Measure(direct, calls, rows, left);
        }
        else if (_enabled && (calls > 1 || (left > 0 && (++_sample & 15) == 0)))
        {
            ConsiderProbe();
        }
    }

    /// <summary>Records calls that completed without having run in either mode.</summary>
    public void Leave(int calls)
    {
        if (Interlocked.Add(ref _active, -calls) == 0 && _measuring)
        {
            lock (_lock)
            {
                _idleSince = _clock.GetTimestamp();
            }
        }
    }

    /// <summary>Records the duration of a call that the model ran alone.</summary>
    public void RanAlone(long ticks, int rows)
    {
        long row = ticks / rows;
        if (row < _shortestRow)
        {
            // A race loses one measurement and nothing else.
            _shortestRow = row;
            SetTrialRows();
        }

        if (_measuring)
        {
            lock (_lock)
            {
                _costs.RanAlone(ticks, rows);
            }
        }
    }

    /// <summary>Whether the next call should be timed on its way into the queue: now and then while a probe runs.</summary>
    public bool ShouldTimeEntry => _measuring && (++_entries & 7) == 0;

    /// <summary>Records how long it took a caller to enter the queue.</summary>
    public void Entered(long ticks)
    {
        lock (_lock)
        {
            _costs.Entered(ticks);
        }
    }

    /// <summary>Records a batch of several calls: the duration of its run, and that of everything else.</summary>
    public void RanBatch(int calls, int rows, long run, long own)
    {
        if (_measuring)
        {
            lock (_lock)
            {
                _costs.Batched(calls, rows, run, own);
            }
        }
    }

    /// <summary>Ends all measuring.</summary>
    public void Dispose()
    {
        Enabled = false;
        _timer.Dispose();
    }

    private void SetTrialRows()
    {
        double rows = LongestTrialRun * _frequency / Math.Max(_shortestRow, 1);
        _trialRows = _proved || !_enabled || _shortestRow == long.MaxValue ? int.MaxValue : (int)Math.Clamp(rows, LeastTrialRows, int.MaxValue);
    }

    private void ConsiderProbe()
    {
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            if (!_measuring && _enabled && now >= _nextProbe)
            {
                _window = 0;
                _lost = 0;
                _costs.Reset();
                _measuring = true;
                _bypass = false;
                BeginWindow(now);
            }
        }
    }

    private static bool IsChallenger(int window) => (window & 3) is 1 or 2;

    private void BeginWindow(long now)
    {
        bool direct = _aside != IsChallenger(_window);

        // Calls that arrived in the other mode are still in flight; completions among them are not measured.
        _toSettle = direct == _direct ? 0 : Active;
        _direct = direct;
        _started = false;
        _calls = 0;
        _completions = 0;
        _rows = 0;
        _idle = 0;
        _idleSince = 0;
        _switchedAt = now;
    }

    private void Measure(bool direct, int calls, int rows, int left)
    {
        long now = _clock.GetTimestamp();
        double? gain;
        bool aside;
        TimeSpan? bypass;
        lock (_lock)
        {
            gain = _measuring ? Note(direct, calls, rows, left, now) : null;
            aside = _aside;
            (bypass, _bypassFor) = (_bypassFor, null);
        }

        if (bypass is { } time)
        {
            _timer.Change(time, Timeout.InfiniteTimeSpan);
        }

        if (gain is { } measured)
        {
            _decided(aside, measured);
        }
    }

    // The gain, if that ended a probe.
    private double? Note(bool direct, int calls, int rows, int left, long now)
    {
        if (now - _switchedAt > 4 * _frequency && _idle > (now - _switchedAt) / 2)
        {
            // The load stopped in the middle of the probe.
            Settle(now, _pause);
            return null;
        }

        if (left == 0)
        {
            _idleSince = now;
        }

        if (_toSettle > 0)
        {
            _toSettle -= calls;
            return null;
        }

        if (direct != _direct)
        {
            return null;
        }

        if (!_started)
        {
            _started = true;
            _start = now;
            _idleBefore = _idle;
            return null;
        }

        _calls += calls;
        _completions++;
        _rows += rows;
        long elapsed = now - _start - (_idle - _idleBefore);
        return IsLongEnough((double)elapsed / _frequency) ? EndWindow(now, (double)elapsed / Math.Max(_rows, 1)) : null;
    }

    // As many calls as a mean may be trusted of, the fewer the longer they took: slow models answer few in a time that a trial may cost.
    private bool IsLongEnough(double seconds) =>
        _completions >= 2 && ((seconds >= 0.015 && _calls >= 64) || (seconds >= 0.15 && _calls >= 16) || (seconds >= 0.5 && _calls >= 4));

    private double? EndWindow(long now, double cost)
    {
        if ((_window & 1) == 0)
        {
            _costOfFirst = cost;
        }
        else
        {
            _gains[_window / 2] = IsChallenger(_window) != _aside ? cost / _costOfFirst : _costOfFirst / cost;
        }

        if (IsChallenger(_window))
        {
            // After the last of them, including the calls in flight that will still run in this mode.
            bool last = !IsChallenger(_window + 1) || cost > Clear * _costOfFirst;
            _lost += now - _switchedAt + (last ? Active * cost * _rows / _calls : 0);
        }

        _window++;
        if ((_window & 1) == 0 && TryDecide(_window / 2) is { } gain)
        {
            Decide(now, gain);
            return gain;
        }

        BeginWindow(now);
        return null;
    }

    private double? TryDecide(int pairs)
    {
        ReadOnlySpan<double> gains = _gains.AsSpan(0, pairs);
        double least = Min(gains);
        double most = -Min(gains, -1);
        double threshold = pairs == 1 ? Clear : Plain;
        double middle = Middle(gains);
        return pairs == MostPairs || least > threshold || most < 1 / threshold || _costs.CannotPay(_aside) ? middle : null;
    }

    private void Decide(long now, double gain)
    {
        // The costs go first: of a call of a microsecond, counting the calls takes a part of what is compared.
        bool aside = _costs.CannotPay(_aside) || gain < (_aside || !_proved ? ToUse : ToKeep);
        bool change = aside != _aside;
        _pause = change ? _frequency : Math.Min(60 * _frequency, 2 * _pause);
        Volatile.Write(ref _aside, aside);
        _proved = !aside;
        SetTrialRows();

        // The challenger's windows cost the time by which it was slower, or nothing if it was faster.
        double worse = change ? 0 : Math.Max(0, 1 - (_aside ? gain : 1 / gain));
        Settle(now, Math.Max(_pause, (long)(_lost * worse / LostShare)));
    }

    private void Settle(long now, long pause)
    {
        _direct = _aside;
        _measuring = false;
        _nextProbe = now + pause;
        if (_aside)
        {
            _bypass = true;
            _bypassFor = _clock.GetElapsedTime(0, pause);
        }
    }

    private static double Min(ReadOnlySpan<double> values, int sign = 1)
    {
        double least = double.MaxValue;
        foreach (double value in values)
        {
            least = Math.Min(least, sign * value);
        }

        return least;
    }

    private static double Middle(ReadOnlySpan<double> values)
    {
        Span<double> sorted = stackalloc double[values.Length];
        values.CopyTo(sorted);
        sorted.Sort();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
