namespace Inference.Remote.Endpoints;

/// <summary>Chooses the server of an attempt: of two random ones that are not ejected, the one with fewer calls in flight. Thread-safe.</summary>
internal sealed class EndpointSet(Endpoint[] endpoints) : IDisposable
{
    /// <summary>The servers.</summary>
    public IReadOnlyList<Endpoint> All => endpoints;

    /// <summary>Chooses a server.</summary>
    /// <param name="tried">Those that the call was sent to already; they are chosen only if there are no others.</param>
    public Endpoint Choose(IReadOnlyCollection<Endpoint> tried)
    {
        if (endpoints.Length == 1)
        {
            return endpoints[0];
        }

        return Among(e => !e.IsEjected && !tried.Contains(e)) ?? Among(e => !tried.Contains(e)) ?? Among(e => !e.IsEjected) ?? Among(static _ => true)!;
    }

    /// <summary>Whether there is a server that a call was not sent to and that is not ejected.</summary>
    public bool HasOther(IReadOnlyCollection<Endpoint> tried)
    {
        foreach (Endpoint endpoint in endpoints)
        {
            if (!endpoint.IsEjected && !tried.Contains(endpoint))
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (Endpoint endpoint in endpoints)
        {
            endpoint.Transport.Dispose();
        }
    }

    private Endpoint? Among(Func<Endpoint, bool> may)
    {
        Endpoint? first = null;
        Endpoint? second = null;
        int count = 0;

        // Two of those that may, each pair with the same probability: a reservoir of two.
        foreach (Endpoint endpoint in endpoints)
        {
            if (!may(endpoint))
            {
                continue;
            }

            count++;
            if (count == 1)
            {
                first = endpoint;
            }
            else if (count == 2)
            {
                second = endpoint;
            }
            else
            {
                switch (Random.Shared.Next(count))
                {
                    case 0: first = endpoint; break;
                    case 1: second = endpoint; break;
                }
            }
        }

        if (first is null || second is null)
        {
            return first;
        }

        return first.InFlight != second.InFlight ? (first.InFlight < second.InFlight ? first : second) : Random.Shared.Next(2) == 0 ? first : second;
    }
}
