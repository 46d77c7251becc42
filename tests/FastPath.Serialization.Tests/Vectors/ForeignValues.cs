using System.Net;
using System.Text.Json;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Foreign;
using FastPath.Serialization.Operations;

namespace FastPath.Serialization.Tests.Vectors;

/// <summary>Values of the foreign wire, built from the fields as the vectors write them.</summary>
internal static class ForeignValues
{
    public static WireAddress Address(string text)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(text);
        return WireAddress.FromOctets(endPoint.Address.GetAddressBytes(), (ushort)endPoint.Port);
    }

    public static SymmetricMessage Message(JsonElement fields) => new(
        fields.GetProperty("packet_id").GetUInt32(),
        [.. fields.GetProperty("confirm_receipt").EnumerateArray().Select(id => new PacketReceipt(id.GetUInt32()))],
        Payload(fields.GetProperty("payload")));

    private static SymmetricPayload Payload(JsonElement f) => f.Text("variant") switch
    {
        "AckConnection" => f.GetProperty("result").TryGetProperty("ok", out JsonElement connection)
            ? new SymmetricPayload.Accepted(Connection(connection))
            : new SymmetricPayload.Refused(f.GetProperty("result").Text("err")),
        "ShortMessage" => new SymmetricPayload.ShortMessage(Body(f, "payload")),
        "StreamFragment" => new SymmetricPayload.StreamFragment(
            f.GetProperty("stream_id").GetUInt32(),
            f.GetProperty("total_length_bytes").GetUInt64(),
            f.GetProperty("fragment_number").GetUInt32(),
            Body(f, "payload"),
            f.GetProperty("metadata_bytes").ValueKind == JsonValueKind.Null ? null : Body(f, "metadata_bytes")),
        "NoOp" => new SymmetricPayload.NoOp(),
        "Ping" => new SymmetricPayload.Ping(f.GetProperty("sequence").GetUInt64()),
        "Pong" => new SymmetricPayload.Pong(f.GetProperty("sequence").GetUInt64()),
        "AckConnectionV2" => new SymmetricPayload.AcceptedWithVersion(
            Connection(f.GetProperty("connection")),
            ForeignVersion.Read(f.GetProperty("connection").Hex("protoc_version"))),
        string other => throw new InvalidDataException($"unknown payload {other}"),
    };

    private static AcceptedConnection Connection(JsonElement connection) =>
        new(SymmetricKey.Read(connection.Hex("key")), Address(connection.Text("remote_addr")));

    private static MemoryBody Body(JsonElement fields, string name) => new(fields.Hex(name));
}
