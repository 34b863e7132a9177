namespace Inference.Cluster;

/// <summary>Where membership and decisions are kept.</summary>
internal enum StoreKind
{
    Memory,
    Postgres,
    Redis,
}
