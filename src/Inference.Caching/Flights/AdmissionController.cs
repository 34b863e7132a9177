namespace Inference.Caching.Flights;

/// <summary>
/// Measures what the cache saves (hits × the model's time per row) and what it costs (look-up, copying, storing), and disables it while the loss exceeds 1 %
/// of the model's time; after a pause it is tried again. Thread-safe.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="hits">Rows hit so far, over all calls.</param>
/// <param name="switched">Called when the cache is enabled or disabled, with no lock held.</param>
internal sealed class AdmissionController(TimeProvider clock, Func<long> hits, Action<bool> switched)
{
    // A share of hits from so many rows has a standard error of at most 1.1 %; the cache may cost so much of the model's time.
    private const int Window = 2048;
    private const double Tolerance = 0.01;

    // A trial's loss is earned back before the next: 1 % of the time between them at most.
    private const double TrialShare = 0.01;

    // A counter that all callers write costs more than a fast model's call: each thread has one of these, a cache line apart.
    private const int Counters = 16;
    private const int Apart = 64 / sizeof(int);
    private readonly int[] _skipped = new int[Counters * Apart];
    private readonly Lock _lock = new();
    private readonly long _shortestPause = clock.TimestampFrequency;
    private readonly long _longestPause = clock.TimestampFrequency * 60;
    private volatile bool _off;
    private long _pause = clock.TimestampFrequency;
    private long _nextTrial;
    private double _lost;
    private long _misses;
    private long _modelTicks;
    private long _costTicks;
    private long _hitsAtStart;
    private int _badWindows;

    /// <summary>Whether the next call may use the cache.</summary>
    public bool IsOn => !_off || TryAgain();

    /// <summary>The state, without side effects.</summary>
    public bool State => !_off;

    /// <summary>Records a call with missing rows.</summary>
    /// <param name="missing">Rows that the model answered.</param>
    /// <param name="model">Ticks that the model took.</param>
    /// <param name="cost">Ticks that the cache took in this call.</param>
    public void Record(int missing, long model, long cost)
    {
        bool off = false;
        lock (_lock)
        {
            _misses += missing;
            _modelTicks += model;
            _costTicks += cost;
            if (_misses < Window || _off)
            {
                return;
            }

            // A hit costs less than a miss, which also stores; taking it as the same makes the estimate careful.
            long hitsNow = hits();
            long windowHits = Math.Max(0, hitsNow - _hitsAtStart);
            double saved = windowHits * ((double)_modelTicks / _misses);
            double spent = _costTicks * (1 + ((double)windowHits / _misses));
            bool bad = spent - saved > Tolerance * _modelTicks;
            _badWindows = bad ? _badWindows + 1 : 0;
            _pause = bad ? _pause : _shortestPause;
            _lost = bad ? _lost + spent - saved : 0;

            // The first window fills the store and may well miss.
            if (_badWindows >= 2)
            {
                _off = off = true;
                _nextTrial = clock.GetTimestamp() + Math.Max(_pause, (long)Math.Min(10.0 * _longestPause, _lost / TrialShare));
                _pause = Math.Min(_longestPause, _pause * 2);
                _badWindows = 1;
            }

            StartWindow(hitsNow);
        }

        if (off)
        {
            switched(false);
        }
    }

    private bool TryAgain()
    {
        if ((++_skipped[Environment.CurrentManagedThreadId % Counters * Apart] & 31) != 0)
        {
            return false;
        }

        lock (_lock)
        {
            if (!_off || clock.GetTimestamp() < _nextTrial)
            {
                return !_off;
            }

            _off = false;
            _lost = 0;
            _badWindows = 0;
            StartWindow(hits());
        }

        switched(true);
        return true;
    }

    private void StartWindow(long hits)
    {
        _misses = 0;
        _modelTicks = 0;
        _costTicks = 0;
        _hitsAtStart = hits;
    }
}
