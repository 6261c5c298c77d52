"""A structure and its team."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def create_structure(request: HttpRequest) -> HttpResponse:
    return render(request, "structures/create.html")


def show_structure(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "structures/detail.html")


def edit_structure(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "structures/edit.html")


def show_team(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "structures/team.html")


def invite_member(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "structures/team.html")


def cancel_invitation(request: HttpRequest, pk: UUID, invitation_pk: int) -> HttpResponse:
    return render(request, "structures/team.html")


def change_role(request: HttpRequest, pk: UUID, membership_pk: int) -> HttpResponse:
    return render(request, "structures/team.html")


def remove_member(request: HttpRequest, pk: UUID, membership_pk: int) -> HttpResponse:
    return render(request, "structures/team.html")
