using Inference.Caching.Store;

namespace Inference.Caching.Flights;

/// <summary>Marks what flows out of the run of missing units: a call from there must not wait for another's flight, and least of all for one of this run. Ends with the run.</summary>
internal sealed class MissScope
{
    private static readonly AsyncLocal<MissScope?> s_current = new();
    private readonly MissRunner _owner;
    private readonly List<Lead> _leads;
    private readonly MissScope? _outer;
    private volatile bool _ended;

    private MissScope(MissRunner owner, List<Lead> leads, MissScope? outer)
    {
        _owner = owner;
        _leads = leads;
        _outer = outer;
    }

    /// <summary>Begins one, for what the current method calls from here on.</summary>
    public static MissScope Enter(MissRunner owner, List<Lead> leads) => s_current.Value = new MissScope(owner, leads, s_current.Value);

    /// <summary>Whether the current call comes from such a run of this owner.</summary>
    public static bool IsInside(MissRunner owner) => Find(owner, null);

    /// <summary>Whether the current call comes from a run of this owner for the unit of that flight.</summary>
    public static bool IsInside(MissRunner owner, Flight flight) => Find(owner, flight);

    /// <summary>The run is over.</summary>
    public void End() => _ended = true;

    private static bool Find(MissRunner owner, Flight? flight)
    {
        for (MissScope? scope = s_current.Value; scope is not null; scope = scope._outer)
        {
            if (ReferenceEquals(scope._owner, owner) && !scope._ended && (flight is null || scope._leads.Exists(l => l.Draft.Key == flight.Draft.Key)))
            {
                return true;
            }
        }

        return false;
    }
}
