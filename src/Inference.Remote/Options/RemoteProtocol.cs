namespace Inference.Remote;

/// <summary>How a remote server is called.</summary>
public enum RemoteProtocol
{
    /// <summary>HTTP with tensors in binary form: the protocol's REST interface with the extension for binary tensors.</summary>
    Rest,

    /// <summary>HTTP with tensors in JSON, for servers without the extension for binary tensors.</summary>
    RestJson,

    /// <summary>gRPC over HTTP/2; without TLS, HTTP/2 without negotiation.</summary>
    Grpc,
}
