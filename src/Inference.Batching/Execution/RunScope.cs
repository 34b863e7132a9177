namespace Inference.Batching.Execution;

/// <summary>Marks what flows out of a run that holds a slot: a call of the same runner that comes from there would wait for itself. Ends with the run.</summary>
internal sealed class RunScope
{
    private static readonly AsyncLocal<RunScope?> s_current = new();
    private readonly object _owner;
    private readonly RunScope? _outer;
    private volatile bool _ended;

    private RunScope(object owner, RunScope? outer)
    {
        _owner = owner;
        _outer = outer;
    }

    /// <summary>Whether the current call comes from a run of this owner that has not ended.</summary>
    public static bool IsInside(object owner)
    {
        for (RunScope? scope = s_current.Value; scope is not null; scope = scope._outer)
        {
            if (ReferenceEquals(scope._owner, owner) && !scope._ended)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Begins one; what is called from here on is inside.</summary>
    public static RunScope Enter(object owner) => s_current.Value = new RunScope(owner, s_current.Value);

    /// <summary>What the caller itself calls from here on is outside again, while what it called stays inside.</summary>
    public void Leave() => s_current.Value = _outer;

    /// <summary>The run is over.</summary>
    public void End() => _ended = true;
}
