using System.Globalization;

namespace Inference.Cluster;

/// <summary>The arguments of a role: <c>--name value</c>.</summary>
internal sealed class ClusterSettings
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public ClusterSettings(ReadOnlySpan<string> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            bool isFlag = arguments[i] == "--json";
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || (!isFlag && i + 1 == arguments.Length))
            {
                throw new ArgumentException($"expected --NAME VALUE, got '{arguments[i]}'");
            }

            _values[arguments[i][2..]] = isFlag ? "true" : arguments[++i];
        }
    }

    public StoreKind Store => Enum.TryParse(Text("store", "memory"), ignoreCase: true, out StoreKind store) ? store : throw new ArgumentException($"expected --store memory, postgres or redis, got '{_values["store"]}'");

    /// <summary>The connection string of the store.</summary>
    public string Connection => Text("connection", "");

    public string Cluster => Text("cluster", "inference");

    public string Models => Text("models", "");

    public int Silos => Number("silos", 3);

    public int Seconds => Number("seconds", 60);

    public int Kills => Number("kills", 0);

    /// <summary>Times that a silo is stopped with SIGSTOP and continued.</summary>
    public int Pauses => Number("pauses", 0);

    /// <summary>Times that nothing reaches a silo for 30 s.</summary>
    public int Partitions => Number("partitions", 0);

    /// <summary>Callers that the client has at once.</summary>
    public int Callers => Number("callers", 4);

    /// <summary>Whether the silo times calls of its own.</summary>
    public bool Measures => Number("measures", 0) > 0;

    /// <summary>Calls that a client, and a silo to another, makes before it times calls.</summary>
    public int WarmUp => Number("warm", 15_000);

    /// <summary>Models that one silo registers, for the run of many models; 0 for the run of a cluster.</summary>
    public int Many => Number("many", 0);

    /// <summary>The number of a silo, from 0.</summary>
    public int Index => Number("index", 0);

    /// <summary>The port of the first silo; each takes four: its own, its gateway, and two that others reach it by through a proxy.</summary>
    public int Port => Number("port", 0);

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);

    public int Number(string name, int otherwise) => _values.TryGetValue(name, out string? text)
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new ArgumentException($"expected --{name} NUMBER, got '{text}'")
        : otherwise;

    public int SiloPort(int index) => Port + (4 * index);

    public int GatewayPort(int index) => Port + (4 * index) + 1;

    /// <summary>By which other silos reach a silo.</summary>
    public int AdvertisedSiloPort(int index) => Partitions > 0 ? Port + (4 * index) + 2 : SiloPort(index);

    public int AdvertisedGatewayPort(int index) => Partitions > 0 ? Port + (4 * index) + 3 : GatewayPort(index);
}
