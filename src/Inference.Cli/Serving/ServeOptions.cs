using System.Net;
using Inference.Security;

namespace Inference.Cli.Serving;

/// <summary>The options of a server.</summary>
/// <param name="Models">The models.</param>
/// <param name="Http">Where REST is served.</param>
/// <param name="Grpc">Where gRPC is served.</param>
/// <param name="Hosts">Names of this server that requests may use, besides those of the loopback and of the addresses.</param>
/// <param name="Config">A configuration file; null for none.</param>
/// <param name="Backend">The provider.</param>
/// <param name="Library">The path of ONNX Runtime's native library; null: the default locations.</param>
/// <param name="AdminKey">The key of those who may change what is served; null: nobody may.</param>
/// <param name="HasDashboard">Whether the dashboard is served at <c>/</c>.</param>
/// <param name="Keys">The keys of encrypted models; null for none.</param>
internal sealed record ServeOptions(IReadOnlyList<FoundModel> Models, IPEndPoint Http, IPEndPoint Grpc, IReadOnlyList<string> Hosts, string? Config, string Backend, string? Library, string? AdminKey, bool HasDashboard, IModelKeyProvider? Keys = null);
