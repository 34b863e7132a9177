namespace Inference.Batching;

/// <summary>
/// Finds out by measurement whether batching pays: under load it lets calls through with and without batching in turn, for short windows, compares the time per
/// row, and keeps the better way until the next probe. Thread-safe.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="decided">Told after each probe: whether calls go past batching now, and the time per row without batching ÷ with it.</param>
/// <remarks>A window counts from completion to completion, so that a batch counts whole, and without the time in which no call was in flight, so that a pause of the
/// callers is not charged to either way.</remarks>
internal sealed class PayoffController(TimeProvider clock, Action<bool, double> decided)
{
    // Three windows each way, in turn, so that neither a drift of the load nor a busy machine looks like a difference.
    private const int Windows = 6;
    private const int LeastCalls = 128;

    // The other way must be better by 3 % in every pair before calls change over.
    private const double Margin = 0.97;

    // A difference that no drift explains is taken from the first pair: slow models would wait seconds for three.
    private const double Clear = 1.5;
    private readonly Lock _lock = new();
    private readonly double[] _costs = new double[Windows];
    private readonly long _settling = clock.TimestampFrequency / 20;
    private readonly long _leastWindow = clock.TimestampFrequency / 20;
    private readonly long _longestWindow = clock.TimestampFrequency;
    private readonly long _shortestPause = clock.TimestampFrequency;
    private readonly long _longestPause = clock.TimestampFrequency * 60;
    private volatile bool _direct;
    private volatile bool _measuring;
    private bool _incumbent;
    private int _active;
    private int _sample;
    private long _nextProbe = long.MaxValue;
    private bool _sawLoad;
    private long _pause = clock.TimestampFrequency;
    private int _window;
    private int _toSettle;
    private bool _started;
    private long _start;
    private long _idleSince;
    private long _idle;
    private long _switchedAt;
    private int _calls;
    private long _rows;

    /// <summary>Whether calls go past batching at the moment, a probe included.</summary>
    public bool Direct => _direct;

    /// <summary>Whether batching was found not to pay.</summary>
    public bool SteppedAside => Volatile.Read(ref _incumbent);

    /// <summary>Calls in flight, both ways.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Whether to probe at all.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>A call comes.</summary>
    public void Enter()
    {
        int active = Interlocked.Increment(ref _active);
        if (_measuring && active == 1)
        {
            lock (_lock)
            {
                if (_idleSince != 0)
                {
                    _idle += clock.GetTimestamp() - _idleSince;
                    _idleSince = 0;
                }
            }
        }
    }

    /// <summary>Calls complete, all at once and with so many rows in all.</summary>
    public void Exit(bool direct, int calls, int rows)
    {
        int left = Interlocked.Add(ref _active, -calls);
        if (_measuring)
        {
            Measure(direct, calls, rows, left);
        }
        else if (left > 0 && Enabled && (++_sample & 15) == 0)
        {
            ConsiderProbe();
        }
    }

    /// <summary>Calls complete that ran neither way.</summary>
    public void Leave(int calls) => Interlocked.Add(ref _active, -calls);

    private void ConsiderProbe()
    {
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            if (!_sawLoad)
            {
                _sawLoad = true;
                _nextProbe = now + _settling;
            }

            if (!_measuring && now >= _nextProbe)
            {
                _window = 0;
                _measuring = true;
                BeginWindow(now);
            }
        }
    }

    private void BeginWindow(long now)
    {
        _direct = (_window & 1) == 0 ? _incumbent : !_incumbent;
        _started = false;
        _calls = 0;
        _rows = 0;
        _idle = 0;
        _idleSince = 0;
        _switchedAt = now;

        // Calls that came under the other way are still about; what completes among them is not to be measured.
        _toSettle = Active;
    }

    private void Measure(bool direct, int calls, int rows, int left)
    {
        lock (_lock)
        {
            if (!_measuring)
            {
                return;
            }

            long now = clock.GetTimestamp();
            if (now - _switchedAt > 4 * _longestWindow)
            {
                GiveUp(now);
                return;
            }

            if (left == 0)
            {
                _idleSince = now;
            }

            if (_toSettle > 0)
            {
                _toSettle -= calls;
                return;
            }

            if (direct != _direct)
            {
                return;
            }

            if (!_started)
            {
                _started = true;
                _start = now;
                _idle = 0;
                return;
            }

            _calls += calls;
            _rows += rows;
            long elapsed = now - _start - _idle;
            if ((_calls >= LeastCalls && elapsed >= _leastWindow) || (_calls >= LeastCalls / 2 && elapsed >= 4 * _leastWindow) || (elapsed >= _longestWindow && _calls >= LeastCalls / 8))
            {
                _costs[_window] = (double)elapsed / Math.Max(_rows, 1);
                _window++;
                if (_window == Windows || (_window == 2 && (_costs[0] > _costs[1] * Clear || _costs[1] > _costs[0] * Clear)))
                {
                    Decide(now);
                }
                else
                {
                    BeginWindow(now);
                }
            }
        }
    }

    private void Decide(long now)
    {
        bool change = true;
        double incumbent = 0;
        double challenger = 0;
        for (int i = 0; i < _window; i += 2)
        {
            change &= _costs[i + 1] < _costs[i] * Margin;
            incumbent += _costs[i];
            challenger += _costs[i + 1];
        }

        double gain = _incumbent ? incumbent / challenger : challenger / incumbent;
        if (change)
        {
            Volatile.Write(ref _incumbent, !_incumbent);
            _pause = _shortestPause;
        }
        else if (challenger < incumbent * Margin)
        {
            // Better in sum but not in every pair: noise on one side or the other, to be settled soon.
            _pause = _shortestPause;
        }
        else
        {
            // Clear cases need no second look soon.
            _pause = Math.Min(_longestPause, _pause * (challenger > incumbent * Clear ? 10 : 2));
        }

        _direct = _incumbent;
        _measuring = false;
        _nextProbe = now + _pause;
        decided(_incumbent, gain);
    }

    // The load went away in the middle.
    private void GiveUp(long now)
    {
        _direct = _incumbent;
        _measuring = false;
        _nextProbe = now + _pause;
    }
}
