"""Addresses of the application, grouped by object, each with who may read it and who may send to it.

What these people are is told in ``policies.py``; docs/access.md is the table of it all.
"""

from django.urls import include, register_converter
from django.urls import path as django_path

from diagnostics.domain.vocabulary import StepKey
from diagnostics.policies import (
    AUTHOR,
    EDITORS,
    EVERYBODY,
    FACILITATORS,
    LEAD,
    LEAD_AND_FACILITATORS,
    LEAD_OR_ONESELF,
    LEAD_OR_PREPARER,
    LINK_HOLDERS,
    OWNER,
    SIGNED_IN,
    TALKERS,
    VIEWERS,
    path,
)
from diagnostics.views import (
    account,
    coherence,
    comparing,
    conversation,
    diagnostics,
    following,
    history,
    invitations,
    lead_letters,
    legal,
    pages,
    pasting,
    personal_data,
    portfolio,
    positioning,
    questions,
    remarks,
    reports,
    reviewing,
    scenarios,
    step_requests,
    structures,
    thread,
    titles,
    transitions,
    word,
)
from diagnostics.wizard import step_wizard


class StepConverter:
    """The key of a step; any other text is an unknown address (404)."""

    regex = "|".join(step.value for step in StepKey)

    def to_python(self, value: str) -> StepKey:
        """Return the step of a key."""
        return StepKey(value)

    def to_url(self, value: str) -> str:
        """Return the key of a step."""
        return StepKey(value).value


register_converter(StepConverter, "step")

structure_urls = [
    path("", structures.show_structure, VIEWERS, name="structure_detail"),
    path(
        "modifier/",
        structures.edit_structure,
        LEAD_OR_PREPARER,
        LEAD_OR_PREPARER,
        name="structure_edit",
    ),
    path(
        "supprimer/",
        structures.delete_structure,
        LEAD_OR_PREPARER,
        LEAD_OR_PREPARER,
        name="structure_delete",
    ),
    path(
        "facilitation/",
        following.choose_facilitator,
        FACILITATORS,
        FACILITATORS,
        name="structure_facilitator",
    ),
    path("referent/", following.invite_lead, FACILITATORS, FACILITATORS, name="lead_invite"),
    path("journal/", structures.show_journal, LEAD, name="structure_journal"),
    path("equipe/", invitations.show_team, VIEWERS, name="structure_team"),
    path("equipe/inviter/", invitations.invite_members, LEAD, LEAD, name="invitation_create"),
    path(
        "equipe/invitations/<int:invitation_pk>/annuler/",
        invitations.cancel_invitation,
        None,
        LEAD_OR_PREPARER,
        name="invitation_cancel",
    ),
    path(
        "equipe/invitations/<int:invitation_pk>/renvoyer/",
        invitations.resend_invitation,
        None,
        LEAD_OR_PREPARER,
        name="invitation_resend",
    ),
    path(
        "equipe/<int:membership_pk>/role/", structures.change_role, LEAD, LEAD, name="member_role"
    ),
    path(
        "equipe/<int:membership_pk>/retirer/",
        structures.remove_member,
        LEAD_OR_ONESELF,
        LEAD_OR_ONESELF,
        name="member_remove",
    ),
    path("diagnostics/nouveau/", diagnostics.open_diagnostic, LEAD, LEAD, name="diagnostic_create"),
]

diagnostic_urls = [
    path("", diagnostics.show_home, VIEWERS, name="diagnostic_home"),
    path("modifier/", diagnostics.edit_diagnostic, LEAD, LEAD, name="diagnostic_edit"),
    path("supprimer/", diagnostics.delete_diagnostic, LEAD, LEAD, name="diagnostic_delete"),
    path("etapes/<step:step>/", step_wizard, VIEWERS, EDITORS, name="diagnostic_step"),
    path("etapes/<step:step>/historique/", history.show_history, VIEWERS, name="step_history"),
    path("etapes/<step:step>/restaurer/", history.restore, None, EDITORS, name="step_restore"),
    path("etapes/<step:step>/coller/", pasting.paste_list, EDITORS, EDITORS, name="step_paste"),
    path(
        "etapes/<step:step>/coller/annuler/",
        pasting.undo_paste,
        None,
        EDITORS,
        name="step_paste_undo",
    ),
    path(
        "etapes/<step:step>/tableau.xlsx", pasting.download_workbook, VIEWERS, name="step_workbook"
    ),
    path("etapes/<step:step>/tableau.csv", pasting.download_table, VIEWERS, name="step_table"),
    path(
        "etapes/positioning/apercu/",
        positioning.positioning_preview,
        None,
        VIEWERS,
        name="positioning_preview",
    ),
    path("et-si/", scenarios.scenarios_preview, None, VIEWERS, name="scenarios_preview"),
    path("journal/", history.show_journal, VIEWERS, name="journal"),
    path("comparer/", comparing.show_comparison, VIEWERS, name="diagnostic_compare"),
    path(
        "comparer/raisons/",
        comparing.explain_what_was_left_out,
        None,
        EDITORS,
        name="left_out_reasons",
    ),
    path("echanges/", conversation.show_conversation, VIEWERS, name="conversation"),
    path("echanges/ouvrir/", conversation.open_thread, None, VIEWERS, name="conversation_open"),
    path(
        "echanges/<int:thread_pk>/", conversation.show_thread, VIEWERS, name="conversation_thread"
    ),
    path(
        "echanges/<int:thread_pk>/modifier/",
        conversation.edit_message,
        None,
        AUTHOR,
        name="conversation_edit",
    ),
    path(
        "echanges/<int:thread_pk>/<slug:deed>/",
        conversation.act,
        None,
        TALKERS,
        name="conversation_act",
    ),
    path("relecture/", diagnostics.show_check_page, VIEWERS, name="diagnostic_check"),
    path("coherence/", coherence.explain, VIEWERS, name="coherence"),
    path("coherence/assumer/", coherence.acknowledge, None, EDITORS, name="finding_acknowledge"),
    path("coherence/avis/", coherence.judge, None, EDITORS, name="finding_judge"),
    path("coherence/discuter/", coherence.reopen, None, EDITORS, name="finding_reopen"),
    path("fil-rouge/", thread.show_thread, VIEWERS, name="thread"),
    path("fil-rouge/relier/", thread.link_rows, None, EDITORS, name="thread_link"),
    path("soumettre/", transitions.submit, LEAD, LEAD, name="diagnostic_submit"),
    path("retirer/", transitions.withdraw, LEAD, LEAD, name="diagnostic_withdraw"),
    path(
        "demander-des-modifications/",
        transitions.request_changes,
        FACILITATORS,
        FACILITATORS,
        name="diagnostic_request_changes",
    ),
    path("valider/", reviewing.validate, FACILITATORS, FACILITATORS, name="diagnostic_validate"),
    path(
        "valider/demandes/<int:thread_pk>/",
        step_requests.settle,
        None,
        FACILITATORS,
        name="request_settle",
    ),
    path(
        "relecture/<step:step>/demander/",
        step_requests.ask,
        None,
        FACILITATORS,
        name="step_request",
    ),
    path("relecture/avis/", reviewing.save_opinion, None, FACILITATORS, name="review_save"),
    path("relecture/lu/", reviewing.mark_read, None, FACILITATORS, name="review_read"),
    path("relecture/prendre/", reviewing.take, None, FACILITATORS, name="review_take"),
    path("relecture/rendre/", reviewing.release, None, FACILITATORS, name="review_release"),
    path(
        "relecture/confier/",
        reviewing.hand_over,
        FACILITATORS,
        FACILITATORS,
        name="review_hand_over",
    ),
    path(
        "relecture/<step:step>/rien/", reviewing.mark_step, None, FACILITATORS, name="step_reviewed"
    ),
    path(
        "rouvrir/",
        transitions.reopen,
        LEAD_AND_FACILITATORS,
        LEAD_AND_FACILITATORS,
        name="diagnostic_reopen",
    ),
    path("adopter/", transitions.adopt, LEAD, LEAD, name="diagnostic_adopt"),
    path("rapport/", reports.show_report, VIEWERS, name="report"),
    path("rapport/titres/", titles.edit_titles, LEAD, LEAD, name="report_titles"),
    path("rapport.pdf", reports.download_pdf, VIEWERS, name="report_pdf"),
    path("synthese.pdf", reports.download_synthesis, VIEWERS, name="report_synthesis_pdf"),
    path("rapport.docx", word.download_docx, VIEWERS, name="report_docx"),
    path("document.json", reports.download_document, VIEWERS, name="document_json"),
]

portfolio_urls = [
    path("", portfolio.show_portfolio, FACILITATORS, name="portfolio"),
    path("confier/", portfolio.assign, None, FACILITATORS, name="portfolio_assign"),
    path("cohorte/", portfolio.add_to_cohort, None, FACILITATORS, name="portfolio_cohort_add"),
    path(
        "cohorte/retirer/",
        portfolio.remove_from_cohort,
        None,
        FACILITATORS,
        name="portfolio_cohort_remove",
    ),
    path("questions/", questions.show_questions, FACILITATORS, name="questions"),
    path(
        "questions/<slug:rule_id>/",
        questions.show_question,
        FACILITATORS,
        FACILITATORS,
        name="question",
    ),
    path("ecrire/", lead_letters.write_letter, None, FACILITATORS, name="portfolio_letter"),
    path(
        "ecrire/envoyer/",
        lead_letters.send_letter,
        None,
        FACILITATORS,
        name="portfolio_letter_send",
    ),
]

urlpatterns = [
    path("", pages.start, EVERYBODY, name="start"),
    path("a-propos/", pages.about, EVERYBODY, name="about"),
    path("mentions-legales/", legal.show_legal_notice, EVERYBODY, name="legal_notice"),
    path("donnees-personnelles/", legal.show_personal_data, EVERYBODY, name="personal_data"),
    path("accessibilite/", legal.show_accessibility, EVERYBODY, name="accessibility"),
    path("exemple/", pages.show_sample, EVERYBODY, name="sample_report"),
    path("compte/", account.show_account, SIGNED_IN, SIGNED_IN, name="account"),
    path("compte/messages/", account.change_mails, None, SIGNED_IN, name="account_mails"),
    path(
        "messages/<str:token>/", account.leave_mails, LINK_HOLDERS, LINK_HOLDERS, name="mails_leave"
    ),
    path(
        "compte/sessions/<int:pk>/fermer/",
        account.end_own_session,
        None,
        OWNER,
        name="account_session_end",
    ),
    path(
        "compte/sessions/fermer/",
        account.end_other_sessions,
        None,
        SIGNED_IN,
        name="account_sessions_end",
    ),
    path("mes-donnees/", personal_data.show_my_data, SIGNED_IN, name="my_data"),
    path(
        "mes-donnees/donnees.json", personal_data.download_my_data, SIGNED_IN, name="my_data_json"
    ),
    path(
        "mes-donnees/effacer/",
        personal_data.erase_my_account,
        SIGNED_IN,
        SIGNED_IN,
        name="account_erase",
    ),
    path("compte/absence/", following.change_absence, None, FACILITATORS, name="absence"),
    path("health/", pages.health, EVERYBODY, name="health"),
    path(
        "structures/nouvelle/",
        structures.create_structure,
        SIGNED_IN,
        SIGNED_IN,
        name="structure_create",
    ),
    django_path("structures/<uuid:pk>/", include(structure_urls)),
    path(
        "invitations/<str:token>/",
        invitations.accept,
        LINK_HOLDERS,
        LINK_HOLDERS,
        name="invitation_accept",
    ),
    django_path("diagnostics/<uuid:pk>/", include(diagnostic_urls)),
    path("kit.pdf", reports.download_kit, SIGNED_IN, name="kit_pdf"),
    django_path("portefeuille/", include(portfolio_urls)),
    path(
        "portefeuille/invitations/",
        following.show_invitations,
        FACILITATORS,
        name="lead_invitations",
    ),
    path("portefeuille/suivante/", reviewing.show_next, FACILITATORS, name="review_next"),
    path("remarques/", remarks.show_remarks, FACILITATORS, FACILITATORS, name="remarks"),
    path(
        "remarques/<int:pk>/modifier/",
        remarks.change_remark,
        FACILITATORS,
        FACILITATORS,
        name="remark_change",
    ),
    path(
        "remarques/<int:pk>/supprimer/",
        remarks.delete_remark,
        FACILITATORS,
        FACILITATORS,
        name="remark_delete",
    ),
]
